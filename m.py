TEMPLATE='From: q@x.org\nSubject: y\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="inner"\n\n'
